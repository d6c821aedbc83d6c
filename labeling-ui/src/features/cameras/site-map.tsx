import { useId } from 'react';
import type { CameraReply } from '../../../../contracts/cameras.ts';
import { formatNumber, formatShare, t } from '../../messages/index.ts';
import { metresOf, roundMetres } from './metres.ts';

const [width, height, edge] = [640, 380, 54];

/** Where the cameras stand, in metres from their middle: no tiles from outside. The area of a dot is how many images it sent. */
export function SiteMap({ cameras }: { cameras: readonly CameraReply[] }) {
  const id = useId();
  const known = cameras.flatMap((camera) => (camera.latitude === null || camera.longitude === null ? [] : [{ camera, latitude: camera.latitude, longitude: camera.longitude }]));
  if (known.length === 0) return <p className="quiet">{t('cameras.noPlaces')}</p>;
  const places = metresOf(known);
  const reach = Math.max(50, ...places.map(({ east, north }) => Math.max(Math.abs(east) / (width / 2 - edge), Math.abs(north) / (height / 2 - edge)) * (height / 2 - edge)));
  const scale = (height / 2 - edge) / reach;
  const most = Math.max(1, ...known.map(({ camera }) => camera.images));
  const metre = roundMetres(140 / scale);
  const placed = known.map(({ camera }, at) => ({ camera, x: width / 2 + (places[at]?.east ?? 0) * scale, y: height / 2 - (places[at]?.north ?? 0) * scale, r: 4 + 15 * Math.sqrt(camera.images / most) }));
  return (
    <figure className="chart card-chart">
      <figcaption id={id}><strong>{t('cameras.map')}</strong> {t('cameras.map.hint')}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-labelledby={id}>
        <rect className="map-ground" x="0" y="0" width={width} height={height} rx="10" />
        {placed.map(({ camera, x, y, r }) => <circle key={camera.id} className="map-camera" cx={x} cy={y} r={r}><title>{t('cameras.map.camera', { name: camera.name ?? '', images: camera.images, share: camera.images === 0 ? '–' : formatShare(camera.flagged / camera.images) })}</title></circle>)}
        {placed.map(({ camera, x, y, r }) => <text key={camera.id} className="map-name" x={Math.min(width - 8, Math.max(8, x))} y={y - r - 6 < 14 ? y + r + 16 : y - r - 6} textAnchor={x < 90 ? 'start' : x > width - 90 ? 'end' : 'middle'}>{camera.name}</text>)}
        <g><line className="map-scale" x1="16" x2={16 + metre * scale} y1={height - 16} y2={height - 16} /><text className="chart-text" x="16" y={height - 24}>{t('cameras.metres', { count: formatNumber(metre) })}</text></g>
        <text className="chart-text" x={width - 16} y={24} textAnchor="end">{t('cameras.north')}</text>
      </svg>
    </figure>
  );
}
