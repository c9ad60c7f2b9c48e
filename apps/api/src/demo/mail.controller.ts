// /demo/mail: what the demo has sent, for the eye and as JSON. Exists with the demo only, and answers loopback only.
import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../core/sign-in.js';
import { escapeHtml } from '../mail/render.js';
import { Demo, LoopbackOnly } from './demo.controller.js';
import type { Caught } from './mail-sink.js';

const article = ({ messageId, to, subject, text, calendar }: Caught): string =>
  [
    '<article>',
    `<h2>${escapeHtml(subject)}</h2>`,
    `<p>Til / To: ${escapeHtml(to.join(', '))}<br>Message-ID: ${escapeHtml(messageId)}</p>`,
    `<pre>${escapeHtml(text)}</pre>`,
    ...(calendar === undefined ? [] : ['<h3>Kalender / Calendar</h3>', `<pre>${escapeHtml(calendar)}</pre>`]),
    '</article>',
  ].join('\n');

@ApiExcludeController()
@UseGuards(LoopbackOnly)
@Controller('demo/mail')
export class DemoMailController {
  constructor(private readonly demo: Demo) {}

  @Get()
  @Public()
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    const { caught } = this.demo.mail;
    return [
      '<!doctype html>',
      '<html lang="da">',
      '<head><meta charset="utf-8"><title>Demoens mail</title></head>',
      '<body>',
      '<h1>Demoens mail / The demo’s mail</h1>',
      `<p>${caught.length} sendt siden start, nyeste først. Ingen af dem har forladt denne maskine. / ${caught.length} sent since the start, newest first. None of it has left this machine.</p>`,
      ...caught.map(article),
      '</body>',
      '</html>',
    ].join('\n');
  }

  @Get('messages')
  @Public()
  messages(): { items: readonly Caught[] } {
    return { items: this.demo.mail.caught };
  }
}
