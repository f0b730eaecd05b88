/** A site of the controller, with its one portal. */
export interface SimulatedSite {
  readonly name: string;
  /** 24 hex digits. */
  readonly id: string;
  /** Where its guests are sent to log in, until a portal is set up over the OpenAPI; it may hold a query. */
  readonly portalUrl: string;
  /** Networks that a portal can be in front of. Absent: none. */
  readonly ssids?: readonly string[];
}
