using System.Diagnostics.Metrics;

namespace Raft;

/// <summary>
/// The meter of a service collection that has no <see cref="IMeterFactory"/>: disposed with the service provider, as the
/// factory's meter would be.
/// </summary>
internal sealed class HostMeter : IDisposable
{
    public Meter Meter { get; } = new(RaftDiagnostics.MeterName);

    public void Dispose() => Meter.Dispose();
}
