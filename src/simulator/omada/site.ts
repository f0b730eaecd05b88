/** A site of the controller, with its one portal. */
export interface SimulatedSite {
  readonly name: string;
  /** 24 hex digits. */
  readonly id: string;
  /** Where its guests are sent to log in; it may hold a query. */
  readonly portalUrl: string;
}
