// Bringing something into sight: the picture moves, the page with its toolbar stays.

export function centre(element) {
  const scroll = document.getElementById("flow-scroll");
  if (!element || !scroll.contains(element)) return;
  const box = scroll.getBoundingClientRect();
  const own = element.getBoundingClientRect();
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scroll.scrollBy({
    left: own.left + own.width / 2 - (box.left + scroll.clientWidth / 2),
    top: own.top + Math.min(own.height, box.height) / 2 - (box.top + scroll.clientHeight / 2),
    behavior: isCalm ? "instant" : "smooth",
  });
}
