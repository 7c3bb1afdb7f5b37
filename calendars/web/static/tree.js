// Unfolds a unit without loading the page anew. Without this script the same links load it.
"use strict";

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const part = document.getElementById(link.dataset.swap);
  const label = link.closest("tr").querySelector(".name a").getAttribute("href");
  part.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(link.href, { credentials: "same-origin" });
    if (!response.ok) throw new Error(response.status);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = document.adoptNode(page.getElementById(part.id));
    part.replaceWith(fresh);
    history.replaceState(null, "", link.href);
    const again = [...fresh.querySelectorAll(".name a")].find((one) => one.getAttribute("href") === label);
    again?.closest("tr").querySelector("a.fold")?.focus({ preventScroll: true });
  } catch {
    location.assign(link.href);
  }
});
