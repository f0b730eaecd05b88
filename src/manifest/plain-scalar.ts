/** What a plain scalar stands for in the core schema of YAML 1.2: the same as the parser that keeps positions has it. */
export function coreScalar(text: string): string | number | boolean | null {
  if (!mayBeOther(text.charCodeAt(0))) return text;
  if (/^(?:~|[Nn]ull|NULL)?$/.test(text)) return null;
  if (/^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/.test(text)) return text[0] === 't' || text[0] === 'T';
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
  if (/^[-+]?[0-9]+$/.test(text)) return Number.parseInt(text, 10);
  if (/^0x[0-9a-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/.test(text)) {
    if (text.slice(-3).toLowerCase() === 'nan') return Number.NaN;
    return text[0] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$/.test(text)) return Number.parseFloat(text);
  return /^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$/.test(text) ? Number.parseFloat(text) : text;
}

/** By its first character: nearly all text is told at once. */
function mayBeOther(code: number): boolean {
  if (code >= 97) return code === 110 || code === 116 || code === 102 || code === 126;
  if (code >= 58) return code === 78 || code === 84 || code === 70;
  return !(code < 43 || code === 47 || code === 44);
}
