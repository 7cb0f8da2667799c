// Whatever breaks, the person sees words and a way on, never a blank page.
import { Component, type ReactNode } from 'react';

import { useText } from '../i18n';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';

export class CrashBoundary extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError() {
    return { crashed: true };
  }

  override render() {
    return this.state.crashed ? <CrashPage /> : this.props.children;
  }
}

function CrashPage() {
  const { crash } = useText();
  return (
    <Notice title={crash.title} text={crash.text} trouble>
      <Button tone="primary" onClick={() => window.location.reload()}>
        {crash.reload}
      </Button>
    </Notice>
  );
}
