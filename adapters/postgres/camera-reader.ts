import type { CameraFigures, CameraReader } from '../../domain/ports-cameras.ts';
import type { Database } from './connection.ts';

interface WeekRow { readonly cameraId: string | null; readonly week: string; readonly images: number; readonly flagged: number; readonly sharpness: number | null; readonly novelty: number | null; readonly lastAt: Date }
interface AuditRow { readonly cameraId: string | null; readonly group: string; readonly right: boolean }

/** How each camera went, counted in the database. Only answers that somebody was given count. */
export function createCameraReader(database: Database): CameraReader {
  return {
    async figures(projectId, weeks) {
      const [newest] = await database.$queryRaw<{ at: Date | null }[]>`SELECT max("eventAt") AS at FROM "Prediction" WHERE "projectId" = ${projectId}::uuid`;
      const until = newest?.at ?? new Date(0);
      const from = new Date(until.getTime() - weeks * 7 * 86_400_000);
      const [cameras, byWeek, audited] = await Promise.all([
        database.camera.findMany({ where: { projectId }, orderBy: { name: 'asc' } }),
        database.$queryRaw<WeekRow[]>`
          SELECT a."cameraId"::text AS "cameraId", to_char(date_trunc('week', p."eventAt"), 'YYYY-MM-DD') AS week, count(*)::int AS images, max(p."eventAt") AS "lastAt",
                 count(*) FILTER (WHERE EXISTS (SELECT FROM "Flag" f WHERE f."predictionId" = p."id" AND f."reason" IN ('low_confidence', 'ambiguous', 'novel', 'blurred')))::int AS flagged,
                 percentile_cont(0.5) WITHIN GROUP (ORDER BY (i."statistics"->>'sharpness')::float8) AS sharpness, percentile_cont(0.5) WITHIN GROUP (ORDER BY p."novelty") AS novelty
          FROM "Prediction" p JOIN "Arrival" a ON a."id" = p."arrivalId" JOIN "Image" i ON i."id" = p."imageId"
          WHERE p."projectId" = ${projectId}::uuid AND p."purpose" IN ('champion', 'canary') AND p."eventAt" > ${from}
          GROUP BY 1, 2 ORDER BY 2`,
        database.$queryRaw<AuditRow[]>`
          SELECT a."cameraId"::text AS "cameraId", COALESCE(a."burstKey", p."imageId"::text) AS "group", l."classId" = p."topClassId" AS right
          FROM "Prediction" p JOIN "Arrival" a ON a."id" = p."arrivalId"
          JOIN LATERAL (
            SELECT x."classId" FROM "Label" x WHERE x."projectId" = p."projectId" AND x."imageId" = p."imageId" AND x."regionId" IS NULL AND x."kind" = 'class'
              AND NOT EXISTS (SELECT 1 FROM "Label" n WHERE n."supersedes" = x."id") ORDER BY x."createdAt" DESC, x."id" DESC LIMIT 1
          ) l ON true
          WHERE p."projectId" = ${projectId}::uuid AND p."purpose" IN ('champion', 'canary') AND p."audit" AND p."eventAt" > ${from}`,
      ]);
      const known = cameras.map(({ id, name, site, latitude, longitude }) => ({ id: id as string | null, name: name as string | null, site, latitude, longitude }));
      if (byWeek.some(({ cameraId }) => cameraId === null)) known.push({ id: null, name: null, site: null, latitude: null, longitude: null });
      return known.map((camera) => figuresOf(camera, byWeek.filter((row) => row.cameraId === camera.id), audited.filter((row) => row.cameraId === camera.id))).toSorted((a, b) => b.images - a.images);
    },
  };
}

function figuresOf(camera: Pick<CameraFigures, 'id' | 'name' | 'site' | 'latitude' | 'longitude'>, rows: readonly WeekRow[], audited: readonly AuditRow[]): CameraFigures {
  return {
    ...camera,
    images: rows.reduce((sum, { images }) => sum + images, 0),
    flagged: rows.reduce((sum, { flagged }) => sum + flagged, 0),
    lastAt: rows.reduce<Date | null>((last, { lastAt }) => (last === null || lastAt > last ? lastAt : last), null),
    audited: audited.map(({ group, right }) => ({ group, right })),
    weeks: rows.map(({ week, images, flagged, sharpness, novelty }) => ({ week, images, flagged, sharpness, novelty })),
  };
}
