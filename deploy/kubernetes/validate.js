// Checks manifests with the schemas of Kubernetes that the npm package kubernetes-models contains. README.md has the commands.

const fs = require('fs');
const path = require('path');
const yaml = require('js-yaml');

let failed = process.argv.length < 3;
for (const file of process.argv.slice(2)) {
  for (const document of yaml.loadAll(fs.readFileSync(file, 'utf8'))) {
    const name = `${path.basename(file)}: ${document.kind} ${document.metadata.name}`;
    try {
      const model = require(`kubernetes-models/${document.apiVersion}/${document.kind}`)[document.kind];
      new model(document).validate();
      console.log(`${name} is valid.`);
    } catch (error) {
      console.error(`${name}: ${error.message}`);
      failed = true;
    }
  }
}

process.exit(failed ? 1 : 0);
