// The program's own table of routes, against what was looked at.
import { execFileSync } from 'node:child_process';

// What leads on at once, and pictures.
const NOT_PAGES = ['/report/{service}', '/report/{service}/photos/{photo}', '/files/{photo}/{variant}',
  '/staff/', '/staff/files/{photo}/{variant}'];

/** The patterns of pages that fit `which` and of which no path was looked at. */
export const unseen = (pages, which) => {
  const routes = execFileSync(process.env.CITYHALL, ['routes'], { encoding: 'utf8' });
  return routes.split('\n').map(line => line.split(/\s+/))
    .filter(([method, path]) => method === 'GET' && which.test(path) && !/\.\w+$/.test(path))
    .map(([, path]) => path)
    .filter(path => !NOT_PAGES.includes(path))
    .filter(path => !pages.some(p => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(p.path)));
};
