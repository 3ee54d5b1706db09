/** Intervals of a dose as the ledger counts them, in mSv. */
export const BANDS = ["<MDL", "[MDL,0.5)", "[0.5,1)", "[1,2)", "[2,5)", "[5,10)", "[10,15)", "[15,20]", "(20,50]", ">50"] as const;
