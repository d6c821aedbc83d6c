const pattern = /^(\d{4})[:-](\d{2})[:-](\d{2})[ T](\d{2}):(\d{2}):(\d{2})/;

/** Minutes that a zone is ahead of UTC at an instant. */
function offsetMinutes(instant: Date, timeZone: string): number {
  const text = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(instant).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const found = /GMT([+-])(\d{2}):(\d{2})/.exec(text);
  return found === null ? 0 : (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]));
}

/**
 * The instant a camera's clock meant: by its own offset where it wrote one, else by the zone of the site. Null where the
 * camera wrote no time or one that is none.
 */
export function instantOf(exif: { time: string | null; offset: string | null }, timeZone: string): Date | null {
  const found = pattern.exec(exif.time ?? '');
  if (found === null) return null;
  const [, year, month, day, hour, minute, second] = found.map(Number);
  const asUtc = new Date(Date.UTC(year as number, (month as number) - 1, day as number, hour as number, minute as number, second as number));
  if (Number.isNaN(asUtc.getTime()) || asUtc.getUTCMonth() !== (month as number) - 1) return null;
  const own = /^([+-])(\d{2}):(\d{2})$/.exec(exif.offset ?? '');
  const minutes = own === null ? offsetMinutes(asUtc, timeZone) : (own[1] === '-' ? -1 : 1) * (Number(own[2]) * 60 + Number(own[3]));
  return new Date(asUtc.getTime() - minutes * 60_000);
}
