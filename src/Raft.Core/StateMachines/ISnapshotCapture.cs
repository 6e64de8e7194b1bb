namespace Raft;

/// <summary>
/// The state of a state machine at one moment, captured to be written later, while commands go on being applied (dissertation,
/// section 5.1.1). <see cref="SnapshotCapture"/> makes the usual ones.
/// </summary>
public interface ISnapshotCapture : IDisposable
{
    /// <summary>Writes the state as it was when it was captured. Called once, and beside <see cref="IStateMachine.ApplyAsync"/>: what it reads must not change any more.</summary>
    /// <param name="destination">Where to write it. Not to be disposed.</param>
    /// <param name="cancellationToken">Gives up: the node stops.</param>
    /// <returns>Completes when all is written.</returns>
    ValueTask WriteToAsync(Stream destination, CancellationToken cancellationToken);
}
