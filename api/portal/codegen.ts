import type { CodegenConfig } from "@graphql-codegen/cli";

// Types of every operation from the committed contract, and the trusted documents that the server looks up by hash.
const config: CodegenConfig = {
  schema: "../contract/ledger.graphql",
  documents: ["src/**/*.graphql"],
  ignoreNoDocuments: true,
  generates: {
    "src/generated/api/": {
      preset: "client",
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
          Becquerel: "string",
          Bytes: "string",
          Date: "string",
          Fen: "string",
          Hash: "string",
          Instant: "string",
          JSON: "unknown",
          Kiloelectronvolt: "string",
          Long: "string",
          Microampere: "string",
          Microdegree: "string",
          Nsv: "string",
          NsvPerHour: "string",
          Position: "string",
          UUID: "string",
          Version: "string",
          Volt: "string",
          ID: "string",
        },
      },
      presetConfig: {
        persistedDocuments: { mode: "replaceDocumentWithHash", hashPropertyName: "documentId", hashAlgorithm: "sha256" },
        fragmentMasking: false,
      },
    },
  },
};

export default config;
