// Passkeys: what the browser must do itself. The forms stay hidden where it cannot; the code by SMS always works.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) => {
    const plain = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(plain), (c) => c.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const asked = (held) => {
    const options = { ...held, challenge: bytes(held.challenge) };
    if (held.user) options.user = { ...held.user, id: bytes(held.user.id) };
    if (held.excludeCredentials) options.excludeCredentials = named(held.excludeCredentials);
    if (held.allowCredentials) options.allowCredentials = named(held.allowCredentials);
    return options;
  };

  const said = (made) => {
    const response = { clientDataJSON: text(made.response.clientDataJSON) };
    if (made.response.attestationObject) response.attestationObject = text(made.response.attestationObject);
    if (made.response.authenticatorData) {
      response.authenticatorData = text(made.response.authenticatorData);
      response.signature = text(made.response.signature);
      if (made.response.userHandle) response.userHandle = text(made.response.userHandle);
    }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const words = form.querySelector("[data-passkey-said]");
    form.addEventListener("submit", (event) => { if (!form.elements.passkey.value) event.preventDefault(); });
    form.querySelector("[data-passkey-go]").addEventListener("click", async () => {
      words.hidden = true;
      const publicKey = asked(JSON.parse(document.getElementById("passkey-options").textContent));
      try {
        form.elements.passkey.value = said(await navigator.credentials[form.dataset.passkey]({ publicKey }));
      } catch {
        // Called off, or no key of ours on this device: the browser has said which.
        words.textContent = words.dataset.failed;
        words.hidden = false;
        return;
      }
      form.requestSubmit();
    });
  }
})();
