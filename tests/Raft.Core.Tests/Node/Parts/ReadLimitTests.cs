namespace Raft.Tests.Node;

public sealed class ReadLimitTests
{
    [Fact]
    public void TryEnter_BeyondTheMaximum_IsRefusedAndNotCounted()
    {
        ReadLimit limit = new(2);
        Assert.True(limit.TryEnter());
        Assert.True(limit.TryEnter());

        Assert.False(limit.TryEnter());
        Assert.False(limit.TryEnter());

        Assert.Equal(2, limit.Count);
        limit.Leave(2);
        Assert.Equal(0, limit.Count);
    }

    [Fact]
    public void Leave_MakesRoomForAsMany()
    {
        ReadLimit limit = new(3);
        for (int i = 0; i < 3; i++)
        {
            limit.TryEnter();
        }

        limit.Leave(2);

        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(_ => limit.TryEnter()));
    }
}
