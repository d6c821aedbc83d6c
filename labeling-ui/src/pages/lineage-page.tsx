import '../styles-models.css';
import { useParams } from '@tanstack/react-router';
import { LineageScreen, type LineageSubject } from '../features/lineage/lineage-screen.tsx';

export function LineagePage() {
  const { kind, id } = useParams({ from: '/p/$project/lineage/$kind/$id' });
  return <LineageScreen key={`${kind}/${id}`} kind={kind as LineageSubject} id={id} />;
}
