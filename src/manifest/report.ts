/** Says what is wrong between two offsets of a text. */
export type Report = (code: string, message: string, start: number, end: number, hint?: string) => void;
