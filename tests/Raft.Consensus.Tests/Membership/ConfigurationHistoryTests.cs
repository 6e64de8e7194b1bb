namespace Raft.Consensus.Tests.Membership;

/// <summary>Which configuration is in effect at which index, whatever happens to the log.</summary>
public sealed class ConfigurationHistoryTests
{
    private static readonly ClusterConfiguration Initial = new(["options"]);

    [Fact]
    public void Empty_Always_HasTheInitialConfiguration()
    {
        ConfigurationHistory history = new(Initial);

        Assert.True(history.IsEmpty);
        Assert.Same(Initial, history.Current);
        Assert.Same(Initial, history.At(100));
    }

    [Fact]
    public void At_BetweenConfigurations_IsTheLatestUpToThere()
    {
        ConfigurationHistory history = Of(3, 5);

        Assert.Equal([0, 0, 0, 3, 3, 5, 5], Enumerable.Range(0, 7).Select(index => history.At(index).Index));
        Assert.Equal(5, history.Current.Index);
        Assert.False(history.IsEmpty);
    }

    [Theory]
    [InlineData(6, 5)]
    [InlineData(5, 3)]
    [InlineData(4, 3)]
    [InlineData(3, 0)]
    public void TruncateFrom_AnIndex_ReturnsToTheOneBefore(long index, long current)
    {
        ConfigurationHistory history = Of(3, 5);

        history.TruncateFrom(index);

        Assert.Equal(current, history.Current.Index);
    }

    [Theory]
    [InlineData(2, new long[] { 2, 3, 5 }, new long[] { 0, 3, 5 })]
    [InlineData(3, new long[] { 3, 4, 5 }, new long[] { 3, 3, 5 })]
    [InlineData(4, new long[] { 4, 5 }, new long[] { 3, 5 })]
    [InlineData(9, new long[] { 9, 12 }, new long[] { 5, 5 })]
    public void DropBefore_AnIndex_KeepsTheOneInEffectThere(long index, long[] at, long[] expected)
    {
        ConfigurationHistory history = Of(3, 5);

        history.DropBefore(index);

        Assert.Equal(expected, at.Select(position => history.At(position).Index));
        Assert.Equal(5, history.Current.Index);
    }

    [Fact]
    public void DropBefore_ThenTruncate_KeepsThatOfTheSnapshot()
    {
        ConfigurationHistory history = Of(3, 5);
        history.DropBefore(4);

        history.TruncateFrom(5);

        Assert.Equal((3, false), (history.Current.Index, history.IsEmpty));
    }

    [Fact]
    public void StartFrom_ASnapshot_HasOnlyThatOfTheSnapshot()
    {
        ConfigurationHistory history = Of(3, 5);

        history.StartFrom(new ClusterConfiguration(["snapshot"]).At(8));
        Assert.Equal(8, history.Current.Index);
        Assert.Equal(0, history.At(7).Index);

        history.StartFrom(null);
        Assert.True(history.IsEmpty);
    }

    /// <summary>
    /// A log that keeps entries from before its snapshot is recovered after the snapshot's configuration, which it repeats.
    /// </summary>
    [Fact]
    public void Append_WhatTheSnapshotContains_KeepsTheOrder()
    {
        ConfigurationHistory history = new(Initial);
        history.StartFrom(new ClusterConfiguration(["a"]).At(8));

        history.Append(6, new ClusterConfiguration(["b"]));
        history.Append(8, new ClusterConfiguration(["a"]));

        Assert.Equal([6, 6, 8], [history.At(6).Index, history.At(7).Index, history.At(8).Index]);
        history.TruncateFrom(8);
        Assert.Equal("b", history.Current.Voters[0].Id);
    }

    private static ConfigurationHistory Of(params long[] indices)
    {
        ConfigurationHistory history = new(Initial);
        foreach (long index in indices)
        {
            history.Append(index, new ClusterConfiguration([$"n{index}"]));
        }

        return history;
    }
}
