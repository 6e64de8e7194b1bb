using System.Diagnostics;

namespace Raft.Tests.Node;

/// <summary>
/// Listens to the activities of one cluster. Listeners are the process' own: tests with one run apart from all others, and
/// look at their own cluster only.
/// </summary>
internal sealed class Activities : IDisposable
{
    private readonly ActivitySource _callers = new("callers");
    private readonly ActivityListener _listener;
    private readonly List<Activity> _stopped = [];

    public Activities()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source == _callers || source.Name == RaftDiagnostics.ActivitySourceName,
            Sample = (ref options) => options.Source == _callers ? ActivitySamplingResult.AllDataAndRecorded : Sampling(),
            ActivityStarted = activity => Call(OnStart, activity),
            ActivityStopped = activity =>
            {
                if (activity.Source != _callers)
                {
                    _stopped.Add(activity);
                }

                Call(OnStop, activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>What the cluster is called that is looked at.</summary>
    public string ClusterId { get; } = $"cluster {Guid.NewGuid():N}";

    public Func<ActivitySamplingResult> Sampling { get; set; } = static () => ActivitySamplingResult.AllDataAndRecorded;

    public Action? OnStart { get; set; }

    public Action? OnStop { get; set; }

    /// <summary>Those that have ended.</summary>
    public Activity[] All => [.. _stopped.Where(activity => Equals(activity.GetTagItem(RaftDiagnostics.ClusterIdTag), ClusterId))];

    public Activity Single(string name) => Xunit.Assert.Single(Of(name));

    public Activity[] Of(string name) => [.. All.Where(activity => activity.OperationName == name)];

    /// <summary>An activity of a caller's own.</summary>
    public Activity Call() => _callers.StartActivity("call")!;

    public void Dispose()
    {
        _listener.Dispose();
        _callers.Dispose();
    }

    private void Call(Action? action, Activity activity)
    {
        if (activity.Source != _callers)
        {
            action?.Invoke();
        }
    }
}

/// <summary>Tests that listen to the whole process, and those that need a process without listeners.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public static class ProcessWide;
