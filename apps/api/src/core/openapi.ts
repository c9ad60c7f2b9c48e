// The OpenAPI document at /api/openapi.json and its browsable page at /docs.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Problem } from './endpoint.js';

export const openApiOf = (app: NestFastifyApplication) => {
  const description =
    'The weekly progress group (fremdriftsgruppe). Personal data is for municipal staff and police only (Retsplejeloven § 115); every look is logged. ' +
    'Errors are RFC 9457 problem details. Lists are paged with cursors. Changes take an Idempotency-Key.';
  const settings = new DocumentBuilder()
    .setTitle('Fremdrift')
    .setDescription(description)
    .setVersion('0.1.0')
    .addBearerAuth()
    .build();
  return SwaggerModule.createDocument(app, settings, { extraModels: [Problem] });
};

export const setUpOpenApi = (app: NestFastifyApplication, demo: boolean): void => {
  SwaggerModule.setup('docs', app, () => openApiOf(app), {
    jsonDocumentUrl: 'api/openapi.json',
    customSiteTitle: 'Fremdrift API',
    swaggerOptions: { persistAuthorization: demo, displayRequestDuration: true },
  });
};
