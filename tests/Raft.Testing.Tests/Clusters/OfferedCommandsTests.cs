namespace Raft.Testing.Tests.Clusters;

/// <summary>A command is in the log at most once for each time that it was proposed and not refused.</summary>
public sealed class OfferedCommandsTests
{
    private readonly OfferedCommands _offers = new();

    [Fact]
    public void Log_WithEachOffer_IsRight()
    {
        Offer(1, 1, 2);

        Assert.Null(_offers.FindExtraCommand(Log(1, 2, 1)));
    }

    [Fact]
    public void Log_WithMoreThanWasOffered_IsFound()
    {
        Offer(1, 2);

        Assert.Contains("the one at index 3", _offers.FindExtraCommand(Log(1, 2, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Log_WithWhatWasRefused_IsFound()
    {
        Offer(1, 2);
        _offers.Withdraw(new byte[] { 2 });

        Assert.Contains("the one at index 2", _offers.FindExtraCommand(Log(1, 2)), StringComparison.Ordinal);
    }

    private void Offer(params byte[] commands)
    {
        foreach (byte command in commands)
        {
            _offers.Offer(new[] { command });
        }
    }

    private static LogEntry[] Log(params byte[] commands) =>
        [.. commands.Select(command => new LogEntry(1, EntryKind.Command, new[] { command }, DateTimeOffset.UnixEpoch))];
}
