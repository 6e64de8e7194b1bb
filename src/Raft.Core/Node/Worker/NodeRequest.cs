namespace Raft;

/// <summary>
/// Anything but a message or a proposal that is asked of the node's worker, which executes it after the messages of its pass.
/// </summary>
internal abstract class NodeRequest
{
    /// <summary>Carries it out, on the worker.</summary>
    public abstract void Execute();

    /// <summary>The node has ended: answers those who wait for it. Called on any thread.</summary>
    public abstract void Refuse(Exception reason);
}

/// <summary>
/// A report from work that the node itself has started. Nobody waits for it, so nothing is left to do when the node has ended.
/// </summary>
internal sealed class NodeReport(Action report) : NodeRequest
{
    public override void Execute() => report();

    public override void Refuse(Exception reason)
    {
        // nobody waits for it
    }
}
