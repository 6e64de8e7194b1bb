namespace Raft.Transport.Tcp.Tests;

/// <summary>Who must make room for a new connection.</summary>
public sealed class UnprovenConnectionsTests
{
    private readonly List<string> _ended = [];

    [Fact]
    public void Connection_BeyondTheLimit_EndsTheOldestOfTheMachineWithTheMost()
    {
        UnprovenConnections connections = new(4);
        Add(connections, "good", "10.0.0.1:1");
        for (int i = 0; i < 100; i++)
        {
            Add(connections, $"flood {i}", $"10.0.0.2:{i + 1}");
        }

        Add(connections, "other", "10.0.0.3:1");

        Assert.Equal(4, connections.Count);
        Assert.Equal(Enumerable.Range(0, 98).Select(static i => $"flood {i}"), _ended);
    }

    [Fact]
    public void Connection_AfterItsHandshake_KeepsItsPlace()
    {
        UnprovenConnections connections = new(1);
        Add(connections, "handshake", "10.0.0.1:1");
        connections.Replace("handshake", "connection", () => _ended.Add("connection"));

        Add(connections, "next", "10.0.0.1:2");

        Assert.Equal(["connection"], _ended);
    }

    [Fact]
    public void Connection_WithAnAcceptedNode_DoesNotCount()
    {
        UnprovenConnections connections = new(1);
        Add(connections, "first", "10.0.0.1:1");
        connections.Remove("first");

        Add(connections, "second", "10.0.0.1:2");

        Assert.Empty(_ended);
    }

    [Theory]
    [InlineData("10.0.0.1:7001", "10.0.0.1")]
    [InlineData("[::ffff:10.0.0.1]:7001", "10.0.0.1")]
    [InlineData("[2001:db8:1:2:3:4:5:6]:7001", "2001:db8:1:2::/64")]
    [InlineData("[::1]:7001", "::1")]
    [InlineData("dialler", "dialler")]
    public void Machine_IsTheAddress_OrTheNetworkOfAnIpv6Address(string address, string machine) =>
        Assert.Equal(machine, UnprovenConnections.MachineOf(address));

    private void Add(UnprovenConnections connections, string name, string address) =>
        connections.Add(name, address, () => _ended.Add(name))?.Invoke();
}
