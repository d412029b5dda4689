/** In the page: what is clipped, overlaps or sticks out, one sentence each; an empty list where all is well. */
export function crowding(): string[] {
  const faults: string[] = [];
  const page = document.scrollingElement!;
  if (page.scrollWidth > page.clientWidth)
    faults.push(`the page is ${page.scrollWidth - page.clientWidth} px too wide`);
  if (page.scrollHeight > page.clientHeight) {
    faults.push(`the page is ${page.scrollHeight - page.clientHeight} px too high`);
  }

  const name = (e: Element): string =>
    `${e.tagName.toLowerCase()} "${(e.getAttribute("aria-label") ?? e.textContent ?? "").trim().slice(0, 40)}"`;
  const overlap = (parts: readonly Element[]): void => {
    parts.forEach((a, i) => {
      for (const b of parts.slice(i + 1)) {
        const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
        const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
        const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
        if (across > 1 && down > 1) faults.push(`${name(a)} and ${name(b)} overlap`);
      }
    });
  };
  // of the screen that is shown; not every screen has all of them
  const panels = ["header", "nav", "main", "aside", "footer"].flatMap((tag) =>
    [...document.querySelectorAll(tag)].filter((e) => e.checkVisibility()),
  );
  overlap(panels);
  for (const panel of panels) {
    const box = panel.getBoundingClientRect();
    if (box.left < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
      faults.push(`${name(panel)} sticks out`);
    if (panel.scrollWidth > panel.clientWidth + 1) {
      faults.push(`${name(panel)} is scrolled sideways by ${panel.scrollWidth - panel.clientWidth} px`);
    }
  }
  // what floats on the stage, but for the surface itself, what is meant for ears, and the card at the pointer
  const floating = [...document.querySelectorAll("main > *")].filter(
    (e) => !e.matches("[role=application], [aria-live]") && e.checkVisibility() && getComputedStyle(e).zIndex !== "5",
  );
  overlap(floating);

  // boxes that cut off what runs out of them, found once: styles are slow to ask for
  const cutting = [...document.querySelectorAll("header, nav, main, aside, footer")]
    .flatMap((panel) => [panel, ...panel.querySelectorAll("*")])
    .filter((e) => {
      const { overflowX, textOverflow } = getComputedStyle(e);
      return overflowX !== "visible" && textOverflow !== "ellipsis";
    });
  for (const e of document.querySelectorAll("header *, nav *, main *, aside *, footer *")) {
    const ownText = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent?.trim());
    if (!ownText || e.closest("svg, canvas, [aria-live]") || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    // meant for ears alone, or shortened with a sign that it is
    if (style.clipPath !== "none" || style.textOverflow === "ellipsis") continue;
    if (cutting.includes(e) && e.scrollWidth > e.clientWidth + 1) faults.push(`${name(e)} is clipped`);
    const box = e.getBoundingClientRect();
    const cut = cutting.find((around) => {
      if (around === e || !around.contains(e)) return false;
      const outer = around.getBoundingClientRect();
      return box.width > 0 && (box.right > outer.right + 1 || box.left < outer.left - 1);
    });
    if (cut) faults.push(`${name(e)} runs out of ${name(cut)}`);
  }
  return faults;
}
