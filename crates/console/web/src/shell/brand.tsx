import markUrl from '../mark.svg';

export function Brand() {
  return (
    <span className="brand">
      <img src={markUrl} alt="" width={28} height={28} />
      <span>Linewright</span>
    </span>
  );
}
