import '../styles-models.css';

export { CamerasScreen as CamerasPage } from '../features/cameras/cameras-screen.tsx';
