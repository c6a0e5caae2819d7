// Offers the proof of work in place of the plain question, wherever the browser can do it.
// The question is in the page from the start; whenever anything here fails, it is simply shown again.
for (const box of document.querySelectorAll("[data-captcha]")) {
  const machine = box.querySelector("[data-captcha-machine]");
  const plain = box.querySelector("[data-captcha-plain]");
  const swap = box.querySelector("[data-captcha-swap]");
  const say = box.dataset;

  const ask = (plainly, focus = false) => {
    machine.hidden = plainly;
    plain.hidden = !plainly;
    // A disabled field is not sent, so the server is never asked to check an empty answer.
    for (const field of plain.querySelectorAll("input")) field.disabled = !plainly;
    if (plainly && focus) plain.querySelector("#captcha_answer").focus();
  };

  // Browsers calculate only over https or on the machine itself.
  if (!window.isSecureContext || !window.Worker || !customElements.get("altcha-widget")) continue;

  globalThis.$altcha.algorithms.set("PBKDF2/SHA-256", () => new Worker(say.worker));
  globalThis.$altcha.i18n.set("zh-cn", {
    label: say.label, verifying: say.verifying, verified: say.verified, waitAlert: say.wait,
    verificationRequired: say.wait, error: say.error, expired: say.expired, loading: say.verifying,
    reload: "", cancel: "", verify: say.label, footer: "", ariaLinkLabel: "",
  });

  const widget = document.createElement("altcha-widget");
  widget.setAttribute("name", "captcha");
  widget.setAttribute("language", "zh-cn");
  widget.setAttribute("challenge", say.challenge);
  widget.setAttribute("auto", "onload");
  widget.setAttribute("configuration", JSON.stringify({
    hideFooter: true, hideLogo: true, minDuration: 0, humanInteractionSignature: false,
    validationMessage: say.wait, timeout: 60000,
  }));
  widget.addEventListener("statechange", (event) => {
    if (event.detail.state === "error") {
      ask(true);
      widget.remove();
    }
    if (event.detail.state === "expired") widget.verify();
    swap.hidden = event.detail.state === "verified";
  });
  swap.addEventListener("click", () => {
    widget.remove();
    ask(true, true);
  });
  // After a wrong answer the message stands beside the question: leave that in sight.
  if (!box.classList.contains("field--bad")) {
    ask(false);
    box.querySelector("[data-captcha-slot]").append(widget);
  }
}
