"""GATConv's arithmetic with sparse products for each head, so that no edges x channels tensor is made.

PyTorch Geometric takes this road for GCNConv and SAGEConv alone (torch.sparse tensors); its GATConv gathers the features
of every edge. The same parameters as the GATConv it is made from.
"""
import torch
from torch import nn
from torch_geometric.utils import softmax


class SparseRows:
    """A graph with self-loops in CSR of rows = receiving cells, and its transpose."""

    def __init__(self, edge_index, n):
        loops = torch.arange(n)
        source, to = torch.cat([edge_index, torch.stack([loops, loops])], 1)
        order = torch.argsort(to * n + source)
        self.source, self.to, self.n = source[order], to[order], n
        self.ptr = pointers(self.to, n)
        self.back = torch.argsort(self.source * n + self.to)  # entries by source
        self.back_ptr = pointers(self.source, n)
        self.back_to = self.to[self.back]

    def matrix(self, values):
        return torch.sparse_csr_tensor(self.ptr, self.source, values, (self.n, self.n))

    def transpose(self, values):
        return torch.sparse_csr_tensor(self.back_ptr, self.back_to, values[self.back], (self.n, self.n))


def pointers(rows, n):
    return torch.cat([torch.zeros(1, dtype=torch.long), torch.cumsum(torch.bincount(rows, minlength=n), 0)])


class WeightedSum(torch.autograd.Function):
    """y_i = sum over entries (i, j) of alpha_ij h_j, for alpha (entries,) and h (n, channels)."""

    @staticmethod
    def forward(ctx, alpha, h, graph):
        ctx.save_for_backward(alpha, h)
        ctx.graph = graph
        return graph.matrix(alpha) @ h

    @staticmethod
    def backward(ctx, dy):
        alpha, h = ctx.saved_tensors
        pattern = ctx.graph.matrix(torch.zeros_like(alpha))
        d_alpha = torch.sparse.sampled_addmm(pattern, dy.contiguous(), h.t(), beta=0.0).values()
        return d_alpha, ctx.graph.transpose(alpha) @ dy, None


class SparseGat(nn.Module):
    def __init__(self, conv):
        super().__init__()
        self.lin, self.att_src, self.att_dst, self.bias = conv.lin, conv.att_src, conv.att_dst, conv.bias
        self.heads, self.channels, self.slope = conv.heads, conv.out_channels, conv.negative_slope

    def forward(self, x, graph):
        h = self.lin(x).view(-1, self.heads, self.channels)
        sent, heard = (h * self.att_src).sum(-1), (h * self.att_dst).sum(-1)
        scores = nn.functional.leaky_relu(sent[graph.source] + heard[graph.to], self.slope)
        alpha = softmax(scores, graph.to, num_nodes=graph.n).t().contiguous()
        parts = h.unbind(1)
        y = torch.cat([WeightedSum.apply(alpha[i], parts[i].contiguous(), graph) for i in range(self.heads)], 1)
        return y if self.bias is None else y + self.bias
