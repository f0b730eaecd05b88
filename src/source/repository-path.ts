/**
 * The folder of a repository that is read, as its trees name it.
 *
 * @returns without slashes around it, empty for all
 * @throws RangeError for one that leads out of it, or through what is hidden
 */
export function repositoryPath(text: string): string {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.some((part) => part.startsWith('.')) || /[\p{Cc}\\]/u.test(text)) {
    throw new RangeError(`${JSON.stringify(text)} is no folder of a repository: name it as network/north`);
  }
  return parts.join('/');
}
