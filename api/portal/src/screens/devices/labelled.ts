/** What stands on the label of a device. */
export interface Labelled {
  recordId: string;
  members: { name: string; deviceNo: string; location?: string | null; factoryNo?: string | null };
  owner?: { label: string } | null;
}
