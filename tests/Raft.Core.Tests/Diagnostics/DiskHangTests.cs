using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Raft.Tests.Node;

/// <summary>
/// A log store that finishes no write for ten minimum election timeouts: the log and the status say so, since no election does.
/// </summary>
public sealed class DiskHangTests : IDisposable
{
    private const string Suffix = ", and nothing counts as written here until it is done";
    private readonly Lab _lab = new();
    private readonly RecordingLoggerFactory _logged = new();

    public DiskHangTests() => _lab.Loggers = _logged;

    public void Dispose() => _logged.Dispose();

    [Fact]
    public void Disk_ThatHangsAndContinues_LogsOnceAMinuteAndTheEnd()
    {
        LabNode node = _lab.Node().Lead();
        node.Store.Hold();
        Task<Committed> proposal = node.Propose("slow");

        _lab.World.RunFor(TimeSpan.FromSeconds(9.9));
        Assert.Empty(_logged.Of(122));
        _lab.World.RunFor(TimeSpan.FromMinutes(5));

        FakeLogRecord hang = _logged.Of(122)[0];
        Assert.Equal(5, _logged.Of(122).Length); // when it begins, and then once a minute
        Assert.Equal((LogLevel.Warning, "DiskHangs"), (hang.Level, hang.Id.Name));
        Assert.EndsWith("writes for 00:00:10: nothing counts as written here until it does", hang.Message, StringComparison.Ordinal);
        HangingWork shown = Assert.Single(node.Status.Hangs);
        Assert.Equal(HangingResource.LogStore, shown.Resource);
        Assert.Equal($"leads term 1: 1 of 1 voters reachable, 1 needed; {shown}" + Suffix, node.Status.Explanation);

        node.Store.Release();
        _lab.World.Run(proposal);
        _lab.World.RunUntilIdle();

        Assert.Equal("The log store of node n1 makes progress again", Assert.Single(_logged.Of(123)).Message);
        Assert.Equal("leads term 1: 1 of 1 voters reachable, 1 needed", node.Status.Explanation);
    }

    /// <summary>Each proposal is another write, and none of them finishes.</summary>
    [Fact]
    public void Disk_ThatHangsWhileProposalsArrive_IsLoggedInTime()
    {
        LabNode node = _lab.Node().Lead();
        node.Store.Hold();
        for (int i = 0; i < 11; i++)
        {
            _ = node.Propose($"{i}");
            _lab.World.RunFor(TimeSpan.FromSeconds(1));
        }

        Assert.Single(_logged.Of(122));
        Assert.EndsWith(Suffix, node.Status.Explanation, StringComparison.Ordinal);
        node.Store.Release();
        node.Stop();
    }

    [Fact]
    public void Disk_ThatIsSlowButFinishes_IsNotLogged()
    {
        LabNode node = _lab.Node().Lead();
        node.Store.MinimumDelay = node.Store.MaximumDelay = TimeSpan.FromSeconds(6);
        node.Store.SynchronousRate = 0;
        Task<Committed>[] proposals = new Task<Committed>[5];
        for (int i = 0; i < proposals.Length; i++)
        {
            proposals[i] = node.Propose($"{i}");
            _lab.World.RunFor(TimeSpan.FromSeconds(4)); // the next write begins before the last one is done
        }

        _lab.World.RunUntil(() => proposals.All(proposal => proposal.IsCompleted));

        Assert.Empty(_logged.Of(122));
    }
}
