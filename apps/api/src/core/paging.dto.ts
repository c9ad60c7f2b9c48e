// Cursor paging, the same for every list.
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import type { Paging } from '@app/read-models';

export class PageQuery {
  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: 200, default: 50, example: 50 })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value))
  @IsInt()
  @Min(1)
  @Max(200)
  limit?: number;

  @ApiProperty({ required: false, type: String, description: '`next` of the page before.' })
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]{1,1000}$/, { message: '$property must be the `next` of the page before' })
  after?: string;
}

export const pagingOf = ({ limit, after }: PageQuery): Paging => ({ limit: limit ?? 50, ...(after !== undefined && { after }) });

export const NEXT = {
  type: String,
  required: false,
  description: 'Cursor of the next page; missing on the last.',
  example: 'WzEsIjIwMjYiXQ',
};
