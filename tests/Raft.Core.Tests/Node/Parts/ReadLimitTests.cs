namespace Raft.Tests.Node;

public sealed class ReadLimitTests
{
    [Fact]
    public void TryEnter_BeyondTheMaximum_IsRefusedAndNotCounted()
    {
        ReadLimit limit = new(2);
        Assert.True(limit.TryEnter(ReadKind.Linearizable));
        Assert.True(limit.TryEnter(ReadKind.Linearizable));

        Assert.False(limit.TryEnter(ReadKind.Linearizable));
        Assert.False(limit.TryEnter(ReadKind.Linearizable));

        Assert.Equal(2, limit.Count);
        limit.Leave(2);
        Assert.Equal(0, limit.Count);
    }

    [Fact]
    public void TryEnter_OfALocalRead_IsRefusedAtTwiceTheMaximum()
    {
        ReadLimit limit = new(2);
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limit.TryEnter(ReadKind.AtLeast)));

        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limit.TryEnter(ReadKind.Local)));
        Assert.Equal([false, false], Enumerable.Range(0, 2).Select(_ => limit.TryEnter(ReadKind.BoundedStaleness)));
        Assert.Equal(4, limit.Count);
    }

    [Fact]
    public void TryEnter_OfTheLargestMaximum_IsNotRefused() => Assert.True(new ReadLimit(int.MaxValue).TryEnter(ReadKind.Local));

    [Fact]
    public void Leave_MakesRoomForAsMany()
    {
        ReadLimit limit = new(3);
        for (int i = 0; i < 3; i++)
        {
            limit.TryEnter(ReadKind.Linearizable);
        }

        limit.Leave(2);

        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limit.TryEnter(ReadKind.Linearizable)));
    }
}
