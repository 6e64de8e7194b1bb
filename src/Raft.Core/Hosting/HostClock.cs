namespace Raft;

/// <summary>
/// The clock of all nodes of a host that were given no other. It stands on the host's <see cref="TimeProvider"/>, if there
/// is one, so that tests can replace it; and it is one for all, so that they share its timer.
/// </summary>
internal sealed class HostClock(IServiceProvider provider)
{
    public IClock Clock { get; } = SystemClock.Over((TimeProvider?)provider.GetService(typeof(TimeProvider)));
}
