/** The documentation site: the pages of docs/, as they are. `deno task site` builds it. */
import { fileURLToPath } from "node:url";

const REPOSITORY = "https://github.com/letts-project/letts-deno";

/** A page by its file and its name in the menu. */
function page(link, text) {
  return { text, link: `/${link}` };
}

export default {
  title: "letts",
  description: "Durable task queue and remote execution without a broker",
  srcDir: "../docs",
  // The pages lie outside of this folder, and could not find what they are rendered with.
  vite: { resolve: { alias: { vue: fileURLToPath(new URL("../node_modules/vue", import.meta.url)) } } },
  outDir: "../dist/site",
  cleanUrls: true,
  rewrites: { "(.*)README.md": "(.*)index.md" },
  lastUpdated: false,
  markdown: {
    html: false, // a placeholder such as <role> is text
    config(md) {
      // What lies outside of docs/ is shown where the sources are.
      const open = md.renderer.rules.link_open ??
        ((tokens, index, options, _env, self) => self.renderToken(tokens, index, options));
      md.renderer.rules.link_open = (tokens, index, options, env, self) => {
        const href = tokens[index]?.attrGet("href") ?? "";
        const target = new URL(href, `file:///docs/${env.relativePath ?? ""}`);
        if (target.protocol === "file:" && !target.pathname.startsWith("/docs/")) {
          tokens[index]?.attrSet("href", `${REPOSITORY}/blob/main${target.pathname}${target.hash}`);
        }
        return open(tokens, index, options, env, self);
      };
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    socialLinks: [{ icon: "github", link: REPOSITORY }],
    nav: [
      page("tutorial", "Tutorial"),
      page("how-to/", "How to"),
      page("cli", "Reference"),
      page("operating", "Operating"),
    ],
    sidebar: [
      {
        text: "Start",
        items: [
          page("install", "Install"),
          page("tutorial", "Tutorial"),
          page("concepts", "Concepts"),
          page("comparison", "Comparison"),
        ],
      },
      {
        text: "How to",
        items: [
          page("how-to/", "All of them"),
          page("how-to/run-in-the-background", "Background work"),
          page("how-to/run-on-many-servers", "Many servers"),
          page("how-to/upgrade", "Upgrade"),
        ],
      },
      {
        text: "Reference",
        items: [
          page("missions", "Missions"),
          page("client", "Client"),
          page("cli", "Command line"),
          page("wire", "HTTP"),
          page("states", "States"),
          page("outcomes", "Outcomes"),
        ],
      },
      {
        text: "Operating",
        items: [page("operating", "A dugdale on a server"), page("differences", "Differences")],
      },
      {
        text: "Inside",
        items: [
          page("architecture", "Architecture"),
          page("decisions/", "Decisions"),
          page("dependencies", "Dependencies"),
        ],
      },
    ],
  },
};
