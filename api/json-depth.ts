import { PerennialError } from '../domain/errors.ts';

/** Far deeper than any body of ours; what walks a body by calling itself would meet its end much later. */
export const jsonDepthMax = 32;

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [...'"\\{}[]'].map((sign) => sign.charCodeAt(0));

/**
 * How deep arrays and objects stand in each other; 0 for a bare value. It reads bytes and stops at the first that is too
 * deep, so that a body made to be deep is never built.
 * @param text JSON in UTF-8, in which the six signs never are part of another character
 */
export function isDeeper(text: Uint8Array, depthMax = jsonDepthMax): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (inText) {
      if (sign === backslash) at += 1;
      else if (sign === quote) inText = false;
    } else if (sign === quote) inText = true;
    else if (sign === openBrace || sign === openBracket) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (sign === closeBrace || sign === closeBracket) depth -= 1;
  }
  return false;
}

/** For a body parser that asks before it parses. @throws PerennialError REQUEST_INVALID */
export function refuseDeep(_request: unknown, _response: unknown, text: Uint8Array): void {
  if (isDeeper(text)) throw new PerennialError('REQUEST_INVALID', `The body is nested more than ${jsonDepthMax} deep.`);
}
