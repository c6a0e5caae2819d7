// Keeps what the offline note is made of, and shows it when a page cannot be fetched. Pages, forms and answers go
// straight to the network and are never stored: what somebody reads or writes here is nobody else's on this device.
// `SITE` (version, files, notes) is written in front by portal/installing.py.
const NAME = `jianyan-${SITE.version}`;
const STAFF = /^\/(?:admin|agent|api|open311)(?:\/|$)/;

self.addEventListener("install", (event) => {
  const fresh = [...SITE.files, ...SITE.notes].map((address) => new Request(address, { cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("jianyan-") && name !== NAME);
  event.waitUntil(
    caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim())
  );
});

const note = async (path) => {
  const own = SITE.notes.find((address) => address !== "/offline/" && path.startsWith(address.replace("offline/", "")));
  return (await caches.match(own || "/offline/")) || Response.error();
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin || STAFF.test(address.pathname)) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => note(address.pathname)));
  } else if (request.method === "GET" && SITE.files.includes(address.pathname)) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  }
});
