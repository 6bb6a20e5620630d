// Builds the dashboard into dist/ and puts a .br and a .gz beside each file, as the server sends them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

import { build } from 'vite'

await build({ logLevel: 'warn' })

// The page itself is opened at paths of any depth, so it names its files from the root; the server puts a base path in
// front of what begins with a slash.
const index = 'dist/index.html'
writeFileSync(index, readFileSync(index, 'utf8').replaceAll('="./', '="/'))

const isText = (name) => /\.(html|js|css|svg)$/.test(name)
for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !isText(entry.name)) continue
  const path = `${entry.parentPath}/${entry.name}`
  const plain = readFileSync(path)
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  writeFileSync(`${path}.br`, brotliCompressSync(plain, { params: quality }))
  writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }))
}
