/** Unpacks the page's script and runs it; the page's policy lets that very text run and no other. */
import { inflated } from "./inflated.js";

const packed = document.getElementById("page-script");
if (packed && typeof DecompressionStream !== "undefined") {
  inflated(JSON.parse(packed.textContent)).then((text) => {
    const script = document.createElement("script");
    script.textContent = text;
    document.body.append(script);
  });
}
