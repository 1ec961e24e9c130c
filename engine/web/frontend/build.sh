#!/usr/bin/env bash
# Makes the style sheet and the images of the pages from the NHS.UK frontend
# library: build.sh WORK OUT. npm puts the library into WORK.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1 out=$2
mkdir -p "$work" "$out/images"
cp "$here"/package.json "$here"/package-lock.json "$here"/app.scss "$work"
cd "$work"
[ -d node_modules/nhsuk-frontend ] || npm ci --silent --no-audit --no-fund --ignore-scripts
node node_modules/sass/sass.js --load-path=node_modules --style=compressed --no-source-map --no-charset --quiet-deps app.scss app.css
cp app.css "$out/app.css"
for icon in arrow-down arrow-up arrow-up-down cross; do
  cp "node_modules/nhsuk-frontend/dist/nhsuk/assets/images/nhsuk-icon-$icon.svg" "$out/images/"
done
