// What xterm.js with its image addon shows for a text: `node show_in_xterm_js.cjs OPTIONS`, JSON:
// folder (of the npm packages), chromium, text, image (files), cols, rows, font, scale, profile.
// Prints the size of all cells in the page's pixels, and what the addon holds.
const fs = require('fs')
const path = require('path')
const { createRequire } = require('module')

const wanted = JSON.parse(process.argv[2])
const from = createRequire(path.join(path.resolve(wanted.folder), 'package.json'))
const modules = path.join(path.resolve(wanted.folder), 'node_modules')
const file = (name) => path.join(modules, '@xterm', name)

async function main() {
  const browser = await from('playwright-core').chromium.launchPersistentContext(wanted.profile, {
    executablePath: wanted.chromium,
    headless: true,
    viewport: null,
    args: [
      `--force-device-scale-factor=${wanted.scale}`,
      '--window-size=1400,1000',
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
  try {
    const page = browser.pages()[0] || (await browser.newPage())
    await page.setContent('<style>body { margin: 0 }</style><div id="terminal"></div>')
    await page.addStyleTag({ path: file('xterm/css/xterm.css') })
    for (const name of ['xterm', 'addon-image', 'addon-webgl']) {
      await page.addScriptTag({ path: file(`${name}/lib/${name}.js`) })
    }
    const said = await page.evaluate(
      async ({ cols, rows, font, text }) => {
        const terminal = new Terminal({
          allowProposedApi: true,
          allowTransparency: true,
          cols,
          rows,
          fontFamily: 'monospace',
          fontSize: font,
          theme: { background: '#101010' },
        })
        terminal.open(document.getElementById('terminal'))
        terminal.loadAddon(new WebglAddon.WebglAddon())
        const images = new ImageAddon.ImageAddon()
        terminal.loadAddon(images)
        // Its sixel decoder is there only after a while: a picture that it shows says so.
        const shown = (data) => new Promise((done) => terminal.write(data, done))
        await shown('\x1b[?1049h\x1b[?25l')
        do {
          await shown('\x1b[1;1H\x1bP0;1;0q"1;1;2;2#0;2;9;9;9!2B\x1b\\')
          await new Promise((done) => setTimeout(done, 20))
        } while (!images.storageUsage)
        await shown('\x1b[2J')
        for (let at = 0; at < text.length; at += 4096) await shown(text.slice(at, at + 4096))
        for (let n = 0; n < 3; n++) await new Promise((done) => requestAnimationFrame(done))
        const box = document.querySelector('.xterm-screen').getBoundingClientRect()
        const { x, y, width, height } = box
        return { clip: { x, y, width, height }, megabytes: images.storageUsage }
      },
      { ...wanted, text: fs.readFileSync(wanted.text, 'utf8') },
    )
    await page.screenshot({ path: wanted.image, clip: said.clip })
    console.log(JSON.stringify(said))
  } finally {
    await browser.close()
  }
}

main()
