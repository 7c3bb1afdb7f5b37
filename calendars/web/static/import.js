// Follows an import that is under way. Without this script a link shows how far it is.
"use strict";

const follow = async () => {
  try {
    const response = await fetch(location.href, { credentials: "same-origin" });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("main");
    if (!fresh.querySelector("[data-running]")) clearInterval(following);
    document.querySelector("main").replaceWith(document.adoptNode(fresh));
  } catch {
    // The service may be away for a moment; the next look tells.
  }
};
const following = setInterval(follow, 2000);
