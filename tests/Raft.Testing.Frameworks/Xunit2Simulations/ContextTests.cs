using Xunit;

namespace Raft.Testing.Frameworks;

/// <summary>Without the contexts of xunit 2, the other tests would show nothing that those of xunit v3 do not show.</summary>
public sealed class ContextTests
{
    [Fact]
    public void Test_HasASynchronizationContext() => Assert.NotNull(SynchronizationContext.Current);
}
