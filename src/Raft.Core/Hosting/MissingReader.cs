using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Raft;

/// <summary>
/// Replaces the container's "No service for type IReader`1" by an explanation, like <see cref="MissingProposer{TCommand, TResult}"/>.
/// </summary>
internal sealed class MissingReader<TMachine> : IReader<TMachine>
{
    public MissingReader(HostNodes nodes, [ServiceKey] object? key = null) =>
        throw nodes.ServiceNotAvailable(typeof(IReader<TMachine>), key);

    public ValueTask<T> ReadAsync<T>(
        Func<TMachine, T> query, ReadConsistency consistency = default, CancellationToken cancellationToken = default) =>
        throw new UnreachableException();
}
