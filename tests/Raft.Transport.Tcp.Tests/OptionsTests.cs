namespace Raft.Transport.Tcp.Tests;

/// <summary>What becomes of options after a network was created, and of those that depend on nodes.</summary>
public sealed class OptionsTests
{
    [Fact]
    public void Options_AreCopied_WithThoseOfTls()
    {
        TcpTransportOptions options = new() { Tls = new TcpTlsOptions { AllowDnsNames = true } };
        TcpTransportOptions copy = options.Copy();

        options.Tls.AllowDnsNames = false;

        Assert.True(copy.Tls!.AllowDnsNames);
    }

    [Theory]
    [InlineData(300, 800, null, 150)]
    [InlineData(300, 800, 700, 700)] // it was set: it stays
    [InlineData(4, 800, null, 10)]
    public void QueueDelay_IsHalfOfTheShortestElectionTimeout_UnlessItIsSet(int first, int second, int? set, int expected)
    {
        TcpTransportOptions options = new() { MaximumQueueDelay = set is { } delay ? TimeSpan.FromMilliseconds(delay) : null };

        HostRules.Complete(options, [Node(second), Node(first)]);

        Assert.Equal(TimeSpan.FromMilliseconds(expected), options.MaximumQueueDelay);
    }

    private static RaftNodeOptions Node(int electionTimeout) => new()
    {
        MinimumElectionTimeout = TimeSpan.FromMilliseconds(electionTimeout),
        MaximumElectionTimeout = TimeSpan.FromMilliseconds(2 * electionTimeout),
    };
}
