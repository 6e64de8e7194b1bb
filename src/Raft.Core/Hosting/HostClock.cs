namespace Raft;

/// <summary>
/// The clock of all nodes of a host that do not have their own. It uses the host's <see cref="TimeProvider"/>, if there is one, so
/// that tests can replace it. The nodes share it, and so share its timer.
/// </summary>
internal sealed class HostClock(IServiceProvider provider)
{
    public IClock Clock { get; } = SystemClock.Over((TimeProvider?)provider.GetService(typeof(TimeProvider)));
}
