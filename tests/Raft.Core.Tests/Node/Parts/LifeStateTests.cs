namespace Raft.Tests.Node;

/// <summary>The stages of a life only move forward.</summary>
public sealed class LifeStateTests
{
    private readonly LifeState _state = new();

    [Fact]
    public void TryAdvance_ToALaterStage_Moves()
    {
        Assert.True(_state.TryAdvance(LifeStage.Opening));
        Assert.True(_state.TryAdvance(LifeStage.Ending)); // stages may be skipped

        Assert.Equal(LifeStage.Ending, _state.Stage);
    }

    [Fact]
    public void TryAdvance_ToTheSameOrAnEarlierStage_ChangesNothing()
    {
        _state.TryAdvance(LifeStage.Running);

        Assert.False(_state.TryAdvance(LifeStage.Running));
        Assert.False(_state.TryAdvance(LifeStage.Open));
        Assert.Equal(LifeStage.Running, _state.Stage);
    }

    [Theory]
    [InlineData(nameof(LifeStage.Created), false, false, false)]
    [InlineData(nameof(LifeStage.Opening), false, false, false)]
    [InlineData(nameof(LifeStage.Open), true, false, false)]
    [InlineData(nameof(LifeStage.Running), true, false, false)]
    [InlineData(nameof(LifeStage.Stopping), true, true, false)]
    [InlineData(nameof(LifeStage.Ending), false, true, false)]
    [InlineData(nameof(LifeStage.Ended), false, true, true)]
    public void Stage_DecidesWhatTheLifeMayDo(string stage, bool isOpen, bool isStopping, bool hasEnded)
    {
        _state.TryAdvance(Enum.Parse<LifeStage>(stage));

        Assert.Equal((isOpen, isStopping, hasEnded), (_state.IsOpen, _state.IsStopping, _state.HasEnded));
    }

    [Theory]
    [InlineData(nameof(LifeStage.Created), false, NodeLifecycle.Idle)]
    [InlineData(nameof(LifeStage.Open), false, NodeLifecycle.Idle)]
    [InlineData(nameof(LifeStage.Created), true, NodeLifecycle.Starting)]
    [InlineData(nameof(LifeStage.Opening), true, NodeLifecycle.Starting)]
    [InlineData(nameof(LifeStage.Open), true, NodeLifecycle.Starting)]
    [InlineData(nameof(LifeStage.Running), true, NodeLifecycle.Running)]
    [InlineData(nameof(LifeStage.Stopping), true, NodeLifecycle.Stopping)]
    public void Lifecycle_OfAStage_IsWhatTheStatusShows(string stage, bool isRunRequested, NodeLifecycle expected)
    {
        if (isRunRequested)
        {
            _state.RequestRun();
        }

        _state.TryAdvance(Enum.Parse<LifeStage>(stage));

        Assert.Equal(expected, _state.Lifecycle);
    }

    [Fact]
    public void RequestStop_AtAnyStage_DoesNotChangeTheStage()
    {
        _state.TryAdvance(LifeStage.Opening);

        _state.RequestStop();

        Assert.True(_state.IsStopRequested);
        Assert.False(_state.IsStopping);
        Assert.Equal(LifeStage.Opening, _state.Stage);
    }
}
