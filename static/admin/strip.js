// Where the strip of tabs is wider than the screen, the tab of this page is in sight.

document.querySelector(".strip [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
