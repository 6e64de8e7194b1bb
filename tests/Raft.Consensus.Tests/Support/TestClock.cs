namespace Raft.Consensus.Tests.Support;

/// <summary>The time of a test. It does not move until the test moves it.</summary>
internal sealed class TestClock
{
    public TimeSpan Now { get; private set; }

    public void AdvanceTo(TimeSpan time) => Now = time > Now ? time : Now;

    public void Advance(TimeSpan duration) => Now += duration;
}
