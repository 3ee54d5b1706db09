// What somebody may want personal data for (R9).
import type { Purpose } from "@/generated/api/graphql";

export const PURPOSES: Purpose[] = ["SUPERVISION", "HEALTH", "TRANSFER", "MATCHING", "CORRECTION", "REQUEST", "OWN"];
