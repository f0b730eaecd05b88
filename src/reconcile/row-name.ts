/** Names a row of a target. */
export interface RowName {
  readonly menu: string;
  readonly identity: string;
}
