// This site keeps nothing on devices any more: what an earlier worker kept goes, and so does this one.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  const ours = (names) => names.filter((name) => name.startsWith("jianyan-"));
  event.waitUntil(
    caches.keys().then((names) => Promise.all(ours(names).map((name) => caches.delete(name)))).then(() => self.registration.unregister())
  );
});
