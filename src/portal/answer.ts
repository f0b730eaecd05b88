import type { Page } from './pages/render.ts';

/** A page as text, or in UTF-8 already. */
export type SentPage = Omit<Page, 'html'> & { readonly html: string | Buffer };

/** What a request is answered with, before it is octets. */
export type Answer =
  | {
      readonly type: 'page';
      readonly status: number;
      readonly page: SentPage;
      /** Origins besides our own that its forms may end up at. */
      readonly formOrigins?: readonly string[];
      readonly retryAfterSeconds?: number;
    }
  /** 303 unless said; the page is for clients that do not follow. */
  | { readonly type: 'redirect'; readonly status?: 302; readonly location: string; readonly page?: SentPage }
  | {
      readonly type: 'json';
      readonly status: number;
      readonly body: Readonly<Record<string, string>>;
      readonly retryAfterSeconds?: number;
    }
  | { readonly type: 'file'; readonly name: string; readonly contents: string };
