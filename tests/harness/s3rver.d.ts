declare module '@20minutes/s3rver' {
  import type { Server } from 'node:http';

  /** An S3 server on a folder; its only credentials are S3RVER and S3RVER. */
  export default class S3rver {
    constructor(options: {
      address: string;
      port: number;
      directory: string;
      silent: boolean;
      configureBuckets: { name: string }[];
    });
    readonly httpServer: Server;
    run(): Promise<unknown>;
  }
}
